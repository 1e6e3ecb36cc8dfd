"""What sending costs, as ratios within one run."""
