using DuckDB.NET.Data;

namespace GpuAls.Tests.Reading;

/// <summary>
/// Parquet that DuckDB writes for the test: structs, decimals and the encodings of its second version.
/// </summary>
public sealed class DuckDbParquetTests : LoaderTests
{
    private static readonly InteractionSchema Nested = new()
    {
        UserColumn = "who.user",
        ItemColumn = "who.item.name",
        WeightColumn = "plays",
        OnBadRow = OnBadRow.Skip,
    };

    [Test]
    public async Task Load_FieldsOfStructs_AreReadAndNullStructsAreNullFields()
    {
        Copy(
            "SELECT * FROM (VALUES "
            + "({'user': 'a', 'item': {'name': 'x'}}, 1), (NULL, 2), ({'user': 'b', 'item': NULL}, 3), "
            + "({'user': NULL, 'item': {'name': 'y'}}, 4), ({'user': 'c', 'item': {'name': 'z'}}, 5)) t(who, plays)");

        var plays = await LoadAsync("p.parquet", Nested);

        Assert.That(Rows(plays), Is.EqualTo(new[] { ("a", "x", 1f), ("c", "z", 5f) }));
        Assert.That(plays.Statistics.BadRows, Is.EqualTo(3));
    }

    [Test]
    public async Task Load_StructAsColumn_NamesItsFields()
    {
        Copy("SELECT {'user': 'a', 'item': 'x'} AS who");

        await AssertBadAsync(
            "p.parquet", new InteractionSchema { UserColumn = "who", ItemColumn = "who.item" },
            "column 'who' is nested", "its fields are who.user, who.item");
    }

    [Test]
    public async Task Load_ListAsColumn_IsRefused()
    {
        Copy("SELECT ['a', 'b'] AS user, 'x' AS item");

        await AssertBadAsync("p.parquet", null, "column 'user' is nested", "--user-column");
    }

    [TestCase("DECIMAL(4, 1)", "1.5", "-999.9", "0")]
    [TestCase("DECIMAL(9, 4)", "1.0001", "-99999.9999", "0.0001")]
    [TestCase("DECIMAL(18, 6)", "123456789012.345678", "-0.000001", "999999999999.999999")]
    [TestCase("DECIMAL(38, 10)", "1234567890123456789012345678.0123456789", "-0.0000000001", "1")]
    public async Task Load_Decimals_AreTheNearestNumbers(string type, string first, string second, string third)
    {
        Copy($"SELECT u AS user, u AS item, w::{type} AS plays FROM (VALUES (1, '{first}'), (2, '{second}'), (3, "
            + $"'{third}')) t(u, w)");

        var plays = await LoadAsync(
            "p.parquet", new InteractionSchema { WeightColumn = "plays", Feedback = Feedback.Explicit });

        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        Assert.That(
            plays.Weights,
            Is.EqualTo(Array.ConvertAll([first, second, third], text => (float)double.Parse(text, invariant))));
    }

    [Test]
    public async Task Load_EncodingsOfVersion2_AreRead()
    {
        Copy(
            "SELECT 'user ' || hash(n) AS user, (n * 7919) % 100003 AS item, n / 8.0::FLOAT AS plays, n % 3 = 0 AS "
            + "played FROM range(20000) r(n)",
            ", PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1, ROW_GROUP_SIZE 5000");

        var plays = await LoadAsync(
            "p.parquet", new InteractionSchema { WeightColumn = "plays", Feedback = Feedback.Explicit });
        var played = await LoadAsync(
            "p.parquet", new InteractionSchema { WeightColumn = "played", Feedback = Feedback.Explicit });

        Assert.That(plays.RowCount, Is.EqualTo(20_000));
        Assert.That(plays.Weights, Is.EqualTo(Enumerable.Range(0, 20_000).Select(n => n / 8f)));
        Assert.That(
            Rows(plays).Select(row => row.Item),
            Is.EqualTo(Enumerable.Range(0, 20_000).Select(n => $"{(n * 7919L) % 100_003}")));
        Assert.That(plays.Users.Count, Is.EqualTo(20_000));
        Assert.That(played.Weights!.Sum(), Is.EqualTo(6_667));
    }

    private void Copy(string select, string options = "")
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"COPY ({select}) TO '{Folder.At("p.parquet")}' (FORMAT parquet{options})";
        command.ExecuteNonQuery();
    }
}
