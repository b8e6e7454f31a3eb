"""The fault suite: real processes and a real server, broken on purpose while views flow.

python -m tests.chaos [--part NAME] [--size full|tenth]
"""
