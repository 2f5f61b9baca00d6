"""The QA harness of a Paddock workspace; never part of a production image."""
