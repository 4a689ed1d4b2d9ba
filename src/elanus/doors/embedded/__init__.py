"""Milvus's own clients over an in-process channel: the same messages, no socket.

client.py     what users call: MilvusClient, AsyncMilvusClient, connect
channel.py    the channel a client is given          aio.py        its asyncio twin
database.py   data directories this process has open, shared by its channels
owner.py      the way to the process that has it open, when it is another one
answers.py    what gRPC expects around a response
"""
