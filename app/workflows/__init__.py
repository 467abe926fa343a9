"""What people do with the workbench, without any screen: each joins the register and the engine.

The command line, the pages, the read API and the notebooks call the same functions.
"""
