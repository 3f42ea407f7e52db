"""Works out agreement by the libraries of others: run in their environment, tables as JSON come in, figures go out."""

# mypy: ignore-errors

import json
import sys


def by_kappa(table):
    """Gives kappa without weights, linear and quadratic: by statsmodels with its error, and by scikit-learn."""
    from sklearn.metrics import cohen_kappa_score
    from statsmodels.stats.inter_rater import cohens_kappa

    rows = [(at, to) for at, row in enumerate(table) for to, count in enumerate(row) for _ in range(count)]
    firsts, seconds = zip(*rows, strict=True)
    weights = (None, "linear", "quadratic")
    found = [cohens_kappa(table, wt=weight) for weight in weights]
    labels = list(range(len(table)))
    return {
        "statsmodels": [(float(one.kappa), float(one.std_kappa)) for one in found],
        "scikit-learn": [
            float(cohen_kappa_score(firsts, seconds, weights=weight, labels=labels)) for weight in weights
        ],
    }


def by_icc(table):
    """Gives ICC(1), ICC(A,1) and ICC(C,1), each with the ends of its interval, by pingouin."""
    import pandas
    import pingouin

    pingouin.options["round.column.CI95"] = None
    long = [(person, rater, value) for person, row in enumerate(table) for rater, value in enumerate(row)]
    found = pingouin.intraclass_corr(
        pandas.DataFrame(long, columns=["person", "rater", "level"]), "person", "rater", "level"
    )
    rows = found.set_index("Type").loc[["ICC(1,1)", "ICC(A,1)", "ICC(C,1)"]]
    return [(float(row["ICC"]), *map(float, row["CI95"])) for _, row in rows.iterrows()]


def by_f(asked):
    """Gives a quantile of F by scipy."""
    from scipy.stats import f

    return float(f.ppf(*asked))


if __name__ == "__main__":
    answer = {"kappa": by_kappa, "icc": by_icc, "f": by_f}[sys.argv[1]]
    print(json.dumps([answer(one) for one in json.load(sys.stdin)]))
