"""The chaos suite: nothing is lost, sent twice or out of order."""
