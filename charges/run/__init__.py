"""The run itself: houses put into the draft, shards of them claimed by workers."""
