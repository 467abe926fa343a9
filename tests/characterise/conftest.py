"""Its being here puts this folder on the path: tests below it share `engine_cases`."""
