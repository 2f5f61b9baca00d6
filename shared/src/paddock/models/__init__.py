"""What projects share of machine learning: rules to beat, splits that stay, measures that decide."""
