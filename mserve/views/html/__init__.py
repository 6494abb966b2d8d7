"""The people's door: pages on the same URLs, and plain forms for what a page can do.

`listings`, `files`, `jobs` and `trash` hold the pages, `actions` what their forms do. What
templates say and ask is in `template`, in the words of `words`; `headers` guards all HTML;
`static` serves the rest.
"""
