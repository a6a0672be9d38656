"""Which model item a row is, as the catalogue changes."""

import numpy as np

from server.features.model_items import ModelItems
from server.features.model_users import ModelUsers
from tests.small_model.version_folder import MODEL_ITEMS
from tests.small_model.world import MemoryCatalog, book


def model_items(catalog) -> ModelItems:
    items = ModelItems(MODEL_ITEMS, catalog.columns())
    catalog.subscribe(lambda rows: items.update(catalog.columns(), rows))
    return items


def test_ids_in_another_order_are_mapped_both_ways():
    items = model_items(MemoryCatalog())
    assert items.rows_m.tolist() == [7, 0, -1, 1, 2, 3, 4, 5, 6, 8]
    assert items.of_rows(np.array([7, 0, 8, 9, 11])).tolist() == [0, 1, 9, -1, -1]


def test_rows_outside_the_catalogue_are_unknown():
    items = model_items(MemoryCatalog())
    assert items.of_rows(np.array([-1, 99, 7])).tolist() == [-1, -1, 0]
    assert items.of_rows(np.empty(0, np.int64)).tolist() == []


def test_a_deleted_item_has_no_row():
    catalog = MemoryCatalog()
    items = model_items(catalog)
    catalog.delete("book-7")
    assert items.rows_m[0] == -1


def test_an_item_created_again_is_the_models_item_in_its_new_row():
    catalog = MemoryCatalog()
    items = model_items(catalog)
    catalog.delete("book-7")
    (row,) = catalog.write(book(7))
    assert row == 12
    assert items.of_rows(np.array([12])).tolist() == [0]
    assert items.rows_m[0] == 12


def test_an_item_the_model_knows_may_come_later():
    catalog = MemoryCatalog(items=[book(1)])
    items = model_items(catalog)
    catalog.write(book(0))
    assert items.rows_m.tolist()[:4] == [-1, 1, -1, 0]


def test_changing_an_item_keeps_what_it_is():
    catalog = MemoryCatalog()
    items = model_items(catalog)
    catalog.rename("book-7", "New name")
    assert items.of_rows(np.array([7])).tolist() == [0]


def test_a_new_item_is_unknown():
    catalog = MemoryCatalog()
    items = model_items(catalog)
    catalog.write(book(20))
    assert items.of_rows(np.array([12])).tolist() == [-1]


def test_an_erased_user_is_unknown():
    users = ModelUsers(["mia", "noor"])
    assert (users.id_of("noor"), users.id_of("who"), users.id_of(None)) == (2, 0, 0)
    assert users.forget("noor")
    assert not users.forget("noor")
    assert (users.id_of("mia"), users.id_of("noor")) == (1, 0)
