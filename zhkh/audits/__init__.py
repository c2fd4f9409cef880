"""
«Сверка»: do the books, the charges, the documents, the desk and the post say the same?

One list for the command, for tests and for the nightly run.
"""
