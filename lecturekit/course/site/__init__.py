"""The lecture as a site that needs no kernel, no network and no server: `lecturekit site`."""
