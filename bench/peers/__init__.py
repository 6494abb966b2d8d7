"""PEERS: what is measured beside mserve, one module each; PEERS has them all by short names."""

from bench.peers.apache import Apache
from bench.peers.guillotina import Guillotina
from bench.peers.mserve import Mserve, MserveFronted, MserveWorking
from bench.peers.nginx import Nginx
from bench.peers.peer import Peer
from bench.peers.wsgidav import WsgiDav

PEERS: dict[str, type[Peer]] = {
    "nginx": Nginx,
    "apache": Apache,
    "wsgidav": WsgiDav,
    "guillotina": Guillotina,
    "mserve": MserveFronted,
    "mserve-alone": Mserve,
    "mserve-working": MserveWorking,
}
