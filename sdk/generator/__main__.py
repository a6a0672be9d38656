"""`python -m sdk.generator`: the same as `shortlist generate`."""

from sdk.generator.command import main

raise SystemExit(main())
