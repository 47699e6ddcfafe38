"""What builds and releases; no part of the product."""
