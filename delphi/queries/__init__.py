"""Read side: a session in, page data classes out."""
