"""The use cases, in terms of the protocols of `ports`.

    drain    claim what is due, fetch it, store what came        (network only; one asyncio loop)
    read     a document -> entries or an article -> matches -> alerts   (processor only)
    deliver  the alert stream -> one channel

What is stored is the truth; a message between them is a hint, and a lost one is repeated.
"""
