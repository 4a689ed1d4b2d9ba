// The life cycle through MilvusClient of the Node SDK; 2.2.1 has managers instead of methods of the client.
'use strict';

const { MilvusClient } = require('@zilliz/milvus2-sdk-node');
const { DIM, ROWS, VECTORS, IDS, PRICES, nearest, cheap } = require('./data');
const { Absent, expect, run } = require('./steps');

const NAME = 'node_life';
const QUERY = VECTORS[17];
const INT64 = 5;
const FLOAT_VECTOR = 101;
const IVF_SEARCH = { nprobe: 16 };
const HNSW_SEARCH = { ef: 200 };

let client;

// The answer of one call; an error when its status is one.
async function call(manager, method, request) {
  const owner = client[manager] || client;
  if (typeof owner[method] !== 'function') throw new Absent(`${method} is not a function of this client`);
  const answer = await owner[method](request);
  const status = answer.status || answer;
  if (status.error_code !== 'Success') throw new Error(`${status.error_code}: ${status.reason}`);
  return answer;
}

const collection = (method, more) => call('collectionManager', method, { collection_name: NAME, ...more });
const index = (method, more) => call('indexManager', method, { collection_name: NAME, field_name: 'vector', ...more });
const data = (method, more) => call('dataManager', method, { collection_name: NAME, ...more });

const createIndex = (type, params) =>
  index('createIndex', { extra_params: { index_type: type, metric_type: 'L2', params: JSON.stringify(params) } });

async function ids(params, { k = 10, ...more } = {}) {
  const search_params = { anns_field: 'vector', topk: String(k), metric_type: 'L2', params: JSON.stringify(params) };
  const found = await data('search', { vectors: [QUERY], vector_type: FLOAT_VECTOR, search_params, ...more });
  return found.results.map(hit => Number(hit.id));
}

async function built() {
  for (let tries = 0; tries < 300; tries++) {
    const { state } = await index('getIndexState');
    if (state === 'Finished') return;
    if (state === 'Failed') break;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('the index was not built');
}

async function dropIndex() {
  await collection('releaseCollection');
  await index('dropIndex');
}

const life = {
  connect: async () => {
    client = new MilvusClient(process.env.ELANUS_ADDRESS, false);
    if (client.connectPromise) await client.connectPromise;
  },
  'server version': async () => {
    const { version } = await client.getVersion();
    if (!version.includes('elanus')) throw new Error(version);
  },
  health: async () => expect((await client.checkHealth()).isHealthy, true),
  'missing collection': async () => {
    const { value } = await collection('hasCollection', { collection_name: 'no_such_collection' });
    expect(value, false);
  },
  'quick create': async () => {
    try {
      await collection('createCollection', { collection_name: 'node_quick', dimension: DIM, metric_type: 'L2' });
    } catch (error) {
      if (/propert|fields/.test(error.message)) throw new Absent(error.message);
      throw error;
    }
    expect((await collection('hasCollection', { collection_name: 'node_quick' })).value, true);
    await collection('dropCollection', { collection_name: 'node_quick' });
  },
  'create collection': async () => {
    await collection('createCollection', {
      consistency_level: 'Strong',
      fields: [
        { name: 'id', description: '', data_type: INT64, is_primary_key: true, autoID: false },
        { name: 'price', description: '', data_type: INT64 },
        { name: 'vector', description: '', data_type: FLOAT_VECTOR, dim: DIM, type_params: { dim: String(DIM) } },
      ],
    });
    expect((await collection('hasCollection')).value, true);
  },
  'describe collection': async () => {
    const { schema } = await collection('describeCollection');
    expect(schema.fields.map(field => field.name), ['id', 'price', 'vector']);
  },
  insert: async () => {
    const rows = IDS.map(i => ({ id: i, price: PRICES[i], vector: VECTORS[i] }));
    expect(Number((await data('insert', { fields_data: rows })).insert_cnt), ROWS);
  },
  flush: async () => {
    await data('flushSync', { collection_names: [NAME] });
    const { data: stats } = await collection('getCollectionStatistics');
    expect(Number(stats.row_count), ROWS);
  },
  'create index': () => createIndex('IVF_FLAT', { nlist: 16 }),
  'index state': built,
  'index progress': async () => {
    const { indexed_rows, total_rows } = await index('getIndexBuildProgress');
    expect([Number(indexed_rows), Number(total_rows)], [ROWS, ROWS]);
  },
  'describe index': async () => {
    const { index_descriptions: found } = await index('describeIndex');
    expect(found.length, 1);
    const params = Object.fromEntries(found[0].params.map(pair => [pair.key, pair.value]));
    expect([found[0].field_name, params.index_type, params.metric_type], ['vector', 'IVF_FLAT', 'L2']);
  },
  load: () => collection('loadCollectionSync'),
  'load progress': async () => expect(Number((await collection('getLoadingProgress')).progress), 100),
  search: async () => expect(await ids(IVF_SEARCH), nearest(QUERY, 10)),
  'filtered search': async () => {
    const kept = await ids(IVF_SEARCH, { expr: 'price < 3', filter: 'price < 3' });
    expect(kept, nearest(QUERY, 10, cheap(3)));
  },
  query: async () => {
    const { data: rows } = await data('query', { expr: 'id in [3, 14]', output_fields: ['id', 'price'] });
    expect(rows.map(row => [Number(row.id), Number(row.price)]).sort((one, other) => one[0] - other[0]), [[3, 3], [14, 4]]);
  },
  'hybrid search': async () => {
    if (!client.hybridSearch) throw new Absent('hybridSearch is not a function of this client');
    const found = await client.hybridSearch({
      collection_name: NAME,
      data: [{ anns_field: 'vector', data: QUERY, params: IVF_SEARCH, metric_type: 'L2' }],
      limit: 10,
    });
    expect(found.results.map(hit => Number(hit.id)), nearest(QUERY, 10));
  },
  'query iterator': async () => {
    if (!client.queryIterator) throw new Absent('queryIterator is not a function of this client');
    const pages = await client.queryIterator({
      collection_name: NAME, batchSize: 250, limit: ROWS, expr: 'id >= 0', output_fields: ['id'],
    });
    const found = [];
    for await (const page of pages) found.push(...page.map(row => Number(row.id)));
    expect(found.sort((one, other) => one - other), IDS);
  },
  'search iterator': async () => {
    if (!client.searchIterator) throw new Absent('searchIterator is not a function of this client');
    const pages = await client.searchIterator({
      collection_name: NAME, anns_field: 'vector', data: QUERY, batchSize: 50, limit: 120,
      metric_type: 'L2', params: IVF_SEARCH,
    });
    const found = [];
    for await (const page of pages) found.push(...page.map(hit => Number(hit.id)));
    expect(found.sort((one, other) => one - other), nearest(QUERY, 120).sort((one, other) => one - other));
  },
  segments: async () => {
    const { infos } = await data('getQuerySegmentInfo', { collectionName: NAME, dbName: '' });
    expect(infos.reduce((sum, info) => sum + Number(info.num_rows), 0), ROWS);
  },
  compact: async () => {
    const { compactionID } = await collection('compact');
    const { state } = await collection('getCompactionState', { compactionID });
    expect(['Completed', 'Executing'].includes(state), true);
  },
  'switch index': async () => {
    await dropIndex();
    await createIndex('HNSW', { M: 16, efConstruction: 200 });
    await built();
    await collection('loadCollectionSync');
    expect(await ids(HNSW_SEARCH), nearest(QUERY, 10));
  },
  delete: async () => {
    const gone = nearest(QUERY, 2);
    await data('deleteEntities', { expr: `id in [${gone}]`, filter: `id in [${gone}]` });
    expect(await ids(HNSW_SEARCH, { k: 2, consistency_level: 'Strong' }), nearest(QUERY, 4).slice(2));
  },
  upsert: async () => {
    if (!client.upsert) throw new Absent('upsert is not a function of this client');
    const rows = [{ id: 17, price: 99, vector: QUERY }];
    expect(Number((await data('upsert', { fields_data: rows, data: rows })).upsert_cnt), 1);
  },
  'drop index': async () => {
    await dropIndex();
    const gone = await (client.indexManager || client).describeIndex({ collection_name: NAME, field_name: 'vector' });
    expect(gone.status.error_code, 'IndexNotExist');
  },
  'drop collection': async () => {
    await collection('dropCollection');
    expect((await collection('hasCollection')).value, false);
  },
  disconnect: () => client.closeConnection(),
};

run(life);
