"""The application that Guillotina runs: one content type, File, as its manual makes one.

It is read in Guillotina's environment, not in mserve's.
"""

from guillotina import configure, content, fields
from guillotina.interfaces import IItem


class IFile(IItem):
    file = fields.CloudFileField(title="file", required=False)


@configure.contenttype(type_name="File", schema=IFile)
class File(content.Item):
    file = None


def includeme(root, settings):
    configure.scan("guillotina_files")
