"""What a change of a dataset's contract means for those who read the dataset."""
