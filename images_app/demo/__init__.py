"""The built-in demo endpoint: a strict server of the image contract that draws by itself.

An own small ASGI process (`uvicorn images_app.demo.server:app`): no Django, no database, and nothing imports it.
"""
