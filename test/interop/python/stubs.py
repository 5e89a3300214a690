"""The stubs that tools/python.ts makes of proto/ beside this interpreter, under short names."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(sys.prefix) / "stubs"))

import connection_pb2 as connection
import connection_pb2_grpc as connection_rpc
import connectioncontext_pb2 as connectioncontext
import networkservice_pb2 as networkservice
import networkservice_pb2_grpc as networkservice_rpc
from api.ambassador.v1 import tap_pb2 as ambassador
from api.ambassador.v1 import tap_pb2_grpc as ambassador_rpc
from api.ipam.v1 import ipam_pb2 as ipam
from api.ipam.v1 import ipam_pb2_grpc as ipam_rpc
from api.loadbalancer.v1 import stream_pb2_grpc as loadbalancer_rpc
from api.nsp.v1 import configurationmanager_pb2_grpc as configuration_rpc
from api.nsp.v1 import model_pb2 as model
from api.nsp.v1 import targetregistry_pb2 as registry
from api.nsp.v1 import targetregistry_pb2_grpc as registry_rpc
from google.protobuf.empty_pb2 import Empty
