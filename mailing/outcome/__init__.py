"""What a mail server's answer means, and in which words it is told. Plain Python."""
