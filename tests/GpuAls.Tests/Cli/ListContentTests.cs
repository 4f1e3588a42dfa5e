using Parquet;

namespace GpuAls.Tests.Cli;

/// <summary>The lists that the tool writes are those that the library makes.</summary>
public sealed class ListContentTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public async Task WritePlays()
    {
        _folder = new TempFolder();
        await Tool.SucceedAsync(
            "sample", "--output", _folder.At("plays.parquet"), "--users", "60", "--items", "40", "--plays", "500");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Train_DefaultOutput_HoldsTheListsOfTheLibrary()
    {
        await Tool.SucceedAsync(
            "train", _folder.At("plays.parquet"), "--weight-column", "plays", "--output", _folder.At("model"),
            "--rank", "6", "--device", "cpu");

        var written = await ReadAsync(_folder.At("model", "recommendations.parquet"));
        var expected = await LibraryListsAsync(new AlsOptions { Rank = 6 });
        Assert.That(expected, Has.Count.GreaterThan(500));
        Assert.That(written, Is.EqualTo(expected));
    }

    private async Task<List<(string User, string Item, int Rank, float Score)>> LibraryListsAsync(AlsOptions options)
    {
        using var engine = new HostEngine();
        var schema = new InteractionSchema { WeightColumn = "plays" };
        var plays = CsrBuilder.Build(await InteractionLoader.LoadAsync([_folder.At("plays.parquet")], schema));
        var trained = new FactorTrainer(engine, options).Fit(plays);
        var model = new FactorModel(plays, options, trained);
        using var recommender = new Recommender(model, engine);
        var lists = new List<(string, string, int, float)>();
        foreach (var batch in recommender.Recommend(Recommender.UsersWithPlays(model), 10, includePlayed: false))
            for (var entry = 0; entry < batch.ItemIndices.Length; entry++)
                if (batch.ItemIndices[entry] >= 0)
                    lists.Add((
                        model.Users.Format(batch.UserIndices[entry / 10]),
                        model.Items.Format(batch.ItemIndices[entry]),
                        1 + (entry % 10),
                        batch.Scores[entry]));
        return lists;
    }

    private static async Task<List<(string User, string Item, int Rank, float Score)>> ReadAsync(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path);
        var fields = reader.Schema.DataFields;
        var lists = new List<(string, string, int, float)>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var (users, items, ranks, scores) = (
                new string?[group.RowCount],
                new string?[group.RowCount],
                new int[group.RowCount],
                new float[group.RowCount]);
            await group.ReadAsync(fields[0], users);
            await group.ReadAsync(fields[1], items);
            await group.ReadAsync<int>(fields[2], ranks);
            await group.ReadAsync<float>(fields[3], scores);
            for (var row = 0; row < group.RowCount; row++)
                lists.Add((users[row]!, items[row]!, ranks[row], scores[row]));
        }

        return lists;
    }
}
