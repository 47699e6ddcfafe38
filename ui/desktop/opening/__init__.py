"""What comes before the window: the passphrase of the record, and the sentence that says why nothing opens."""
