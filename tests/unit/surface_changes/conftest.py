"""An editor for each test."""

import pytest

from server.orchestrator.surfaces import Surfaces
from tests.surface_editing import Editing


@pytest.fixture
def edit():
    """Give tests `edit(*surfaces)`: an Editing over these or the built-in surfaces."""

    def make(*surfaces):
        return Editing(Surfaces(surfaces) if surfaces else Surfaces())

    return make
