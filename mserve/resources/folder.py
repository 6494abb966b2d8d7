"""Folder: a place for Mfiles and further folders, at any depth."""

from mserve.resources.node import Branch


class Folder(Branch):
    type = "folder"
