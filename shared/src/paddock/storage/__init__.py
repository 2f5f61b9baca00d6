"""The one way in which anything is stored."""
