"""Iterators: every row once, from the snapshot of the first page."""

from __future__ import annotations


def _pages(iterator):
    while page := iterator.next():
        yield page
    iterator.close()


def test_query_iterator_gives_every_row_once(client, filled):
    pages = list(_pages(client.query_iterator(filled, batch_size=70, filter="n >= 10", output_fields=["n"])))
    assert [row["n"] for page in pages for row in page] == list(range(10, 300))
    assert max(len(page) for page in pages) <= 70


def test_query_iterator_does_not_see_later_writes(client, filled, vectors):
    iterator = client.query_iterator(filled, batch_size=100, output_fields=["id"])
    first = iterator.next()
    client.delete(filled, ids=[299])
    client.insert(filled, [{"id": 5000, "vector": vectors[0].tolist()}])
    rest = [row["id"] for page in _pages(iterator) for row in page]
    assert [row["id"] for row in first] + rest == list(range(300))


def test_search_iterator_gives_every_row_once_nearest_first(client, filled, vectors):
    iterator = client.search_iterator(filled, [vectors[0].tolist()], batch_size=64, limit=-1)
    hits = [hit for page in _pages(iterator) for hit in page]
    assert sorted(hit["id"] for hit in hits) == list(range(300))
    distances = [hit["distance"] for hit in hits]
    assert distances == sorted(distances)


def test_search_iterator_stops_at_its_limit(client, filled, vectors):
    iterator = client.search_iterator(filled, [vectors[0].tolist()], batch_size=64, limit=100)
    assert sum(len(page) for page in _pages(iterator)) == 100
