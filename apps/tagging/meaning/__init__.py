"""Search by meaning: texts of photos as vectors, by a server that the studio agreed to. No picture is ever sent."""
