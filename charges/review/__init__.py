"""Looking at a draft: beside the last month, what is unusual, what changed since, a house again."""
