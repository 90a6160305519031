#!/bin/sh
# Installed in PULUMI_HOME under the name of an official executable; what runs is the stand-in of the checkout in use.
exec node "${BERTH_STANDINS:?is not set: type first, in the checkout: eval \"\$(npm run --silent env)\"}/NAME/main.cjs" "$@"
