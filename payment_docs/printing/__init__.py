"""A document as the texts of its form: pure, the same for the screen, the exact path and stamps."""
