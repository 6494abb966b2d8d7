"""OPENID: who somebody is, as a provider says it, by OpenID Connect or OpenID 2.0.

All is of plain values; what begins here is kept, and ended, by the views.
"""
