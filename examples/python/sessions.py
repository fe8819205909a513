"""A session keeps its names and files from one run to the next."""

import terrarium

with terrarium.Sandbox().session() as session:
    session.execute("import statistics; ages = [31, 45, 22]")
    result = session.execute("statistics.mean(ages)")
    assert round(result.final_expression, 2) == 32.67

    # A failure is a result; the session continues.
    result = session.execute("ages[7]")
    assert result.error.type == "IndexError"
    assert session.execute("len(ages)").final_expression == 3
