"""``elanus demo``: real texts, an index built, watched, measured, switched and dropped, while searches go on."""
