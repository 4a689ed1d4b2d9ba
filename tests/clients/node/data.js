// The rows of tests/clients/pymilvus/data.py, and what a search over them must find.
'use strict';

const DIM = 8;
const ROWS = 600;
const MODULUS = 2 ** 31 - 1;

let state = 20211;
const number = () => {
  state = (state * 16807) % MODULUS;
  return Math.fround(state / MODULUS);
};

const VECTORS = Array.from({ length: ROWS }, () => Array.from({ length: DIM }, number));
const IDS = VECTORS.map((_, i) => i);
const PRICES = IDS.map(i => i % 10);

const distance = (one, other) => one.reduce((sum, x, j) => sum + (x - other[j]) ** 2, 0);

const nearest = (query, k, rows = IDS) =>
  rows
    .map(i => [distance(VECTORS[i], query), i])
    .sort((one, other) => one[0] - other[0])
    .slice(0, k)
    .map(pair => pair[1]);

const cheap = limit => IDS.filter(i => PRICES[i] < limit);

module.exports = { DIM, ROWS, VECTORS, IDS, PRICES, nearest, cheap };
