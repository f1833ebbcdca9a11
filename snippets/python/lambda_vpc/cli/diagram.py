"""The command `lambda-vpc diagram`: the network of a reader's template as a picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from lambda_vpc import diagram, network
from lambda_vpc.checking.remarks import remarks
from lambda_vpc.checking.ways import verdict
from lambda_vpc.cli.exit_codes import OF_ANSWER, REACHED
from lambda_vpc.cli.inputs import Templates, asked
from lambda_vpc.cli.printing import listed, print_xml, visible, write
from lambda_vpc.cli.texts import remark_text
from lambda_vpc.network import from_template
from lambda_vpc.reading import BadInput, Problem


def run(options: argparse.Namespace) -> int:
    """Draw the picture; what a reader should know about it goes to standard error."""
    found = Templates(options, [options.template]).read(options.template)
    with asked():
        networks = from_template.networks(found)
        function = options.function
        if function is None and options.to is not None:
            function = _only_function(networks)
        scene = diagram.scene(networks, options.lang, function, options.to, options.without_az)
        results = network.trace(networks, function, options.to, options.without_az) if options.to else ()
    notes = [remark_text(remark) for remark in remarks(found, results)]
    if len(networks) > 1:
        notes.insert(0, f"drawn is one of {len(networks):,} combinations of parameters: "
                        f"{listed([f'{name}={value}' for name, value in scene.assumptions.items()])}; "
                        "choose another with --parameter NAME=VALUE")  # fmt: skip
    if notes:
        write("\n".join(visible(f"note     {note}") for note in notes), 0, sys.stderr)
    code = OF_ANSWER[verdict(results)] if options.to else REACHED
    return print_xml(diagram.picture(scene, alone=True), code)


def _only_function(networks: Sequence[network.Network]) -> str:
    names = list(dict.fromkeys(function.id.name for one in networks for function in one.functions))
    if len(names) == 1:
        return names[0]
    problem = (
        f"has several functions; choose one with --function: {listed(names)}"
        if names
        else "has no Lambda function, so there is no way to draw; leave --to out"
    )
    raise BadInput([Problem(networks[0].at.path, networks[0].at.line_of("Resources"), problem)])
