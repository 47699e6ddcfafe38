"""The schema's history, run by ``teststation.records.schema`` on a connection it brings."""
