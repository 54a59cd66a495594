"""Functions that are deployed as images, run from what their Dockerfile says, without Docker."""

from samulator.functions.packages.image.build import ImageFolders
from samulator.functions.packages.image.functions import with_images

__all__ = ["ImageFolders", "with_images"]
