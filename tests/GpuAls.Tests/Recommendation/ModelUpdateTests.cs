using GpuAls.Tests.Cli;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Recommendation;

/// <summary>New plays for a saved model.</summary>
public sealed class ModelUpdateTests : SamplePlaysFixture
{
    /// <summary>
    /// The side that a training solves last is solved against the factors that are saved, so computing any of its rows
    /// again from the same plays gives the same bytes.
    /// </summary>
    [TestCase(Side.Users)]
    [TestCase(Side.Users, "--preset", "spark")]
    [TestCase(Side.Users, "--feedback", "explicit")]
    [TestCase(Side.Items)]
    [TestCase(Side.Items, "--preset", "ials", "--max-weight", "2")]
    [TestCase(Side.Items, "--feedback", "explicit")]
    public async Task Update_PlaysOfTheTraining_GivesTheSameModel(Side side, params string[] options)
    {
        var first = side == Side.Users ? Side.Items : Side.Users;
        var folder = await TrainAsync(
            "same", ["--acceleration", "none", "--first", Words.Of(first), .. options]);

        var updated = await UpdateAsync(
            folder, "again", "--plays", PlaysFile, "--side", Words.Of(side), "--combine", "replace");

        foreach (var file in ModelFiles.Checksummed)
            Assert.That(
                File.ReadAllBytes(Path.Combine(updated, file)),
                Is.EqualTo(File.ReadAllBytes(Path.Combine(folder, file))), file);
    }

    /// <summary>
    /// Of drawn models and plays: what is in the file is the solution for the union of plays, and nothing else changes.
    /// </summary>
    [Test]
    public void Update_AnyPlays_ChangesTheirRowsOnly(
        [Values] Side side, [Values] bool replaces, [Values] Feedback feedback, [Range(1, 5)] int seed)
    {
        var combination = replaces ? PlaysCombination.Replace : PlaysCombination.Add;
        var random = new Random(seed);
        var options = AlsOptions.Default with { Rank = 3, Feedback = feedback, MaxWeight = seed % 2 == 0 ? 4 : null };
        var (users, items) = (Draw(9), Draw(7));
        var model = FactorArrays.Model(
            new IdIndex<string>(users), new IdIndex<string>(items),
            Csr(users.Length, items.Length, Cells(users.Length, items.Length, 0.5)), options,
            Factors(users.Length), Factors(items.Length));
        var (newUsers, newItems) = (Some(users, "new user"), Some(items, "new item"));
        var cells = Cells(newUsers.Length, newItems.Length, 0.5);
        cells[(0, 0)] = 1;
        var plays = new InteractionMatrix(
            new IdIndex<string>(newUsers), new IdIndex<string>(newItems),
            Csr(newUsers.Length, newItems.Length, cells))
        {
            Feedback = feedback,
        };
        using var engine = new HostEngine();
        var before = (Plays: PlaysOf(model), Users: FactorsOf(model.Users, model.UserFactors.ToArray()));

        var (updated, counts) = ModelUpdate.Of(model, engine, plays, side, combination);

        var (after, fresh) = (PlaysOf(updated), new Dictionary<(string User, string Item), float>());
        foreach (var ((row, column), value) in cells)
        {
            var (user, item) = (newUsers[row], newItems[column]);
            if ((side == Side.Users ? items : users).Contains(side == Side.Users ? item : user))
                fresh[(user, item)] = value;
        }

        var changed = fresh.Keys.Select(RowOf).ToHashSet();
        var expected = before.Plays
            .Where(play => !replaces || !changed.Contains(RowOf(play.Key)))
            .ToDictionary();
        foreach (var (pair, value) in fresh)
        {
            var sum = feedback == Feedback.Explicit ? value : expected.GetValueOrDefault(pair) + value;
            var isSummed = expected.ContainsKey(pair) && feedback == Feedback.Implicit;
            if (isSummed && options.MaxWeight is { } most) sum = Math.Clamp(sum, -(float)most, (float)most);
            if (sum == 0 && isSummed) expected.Remove(pair);
            else expected[pair] = sum;
        }

        Assert.That(after, Is.EquivalentTo(expected));
        Assert.That(
            FactorsOf(model.Users, model.UserFactors.ToArray()), Is.EqualTo(before.Users),
            "the model given changed");
        foreach (var one in new[] { Side.Users, Side.Items })
        {
            var (was, now) = (Of(model, one), Of(updated, one));
            foreach (var (id, factors) in was)
                if (one != side || !changed.Contains(id)) Assert.That(now[id], Is.EqualTo(factors), id);
            Assert.That(now.Keys, Is.EquivalentTo(one == side ? was.Keys.Union(changed) : was.Keys));
        }

        using var fold = new FoldIn(side == Side.Users ? updated : updated.Transposed(), engine);
        var solved = fold.Solve(side == Side.Users ? updated.Plays : CsrBuilder.Transpose(updated.Plays));
        var ids = side == Side.Users ? updated.Users : updated.Items;
        // Rows that are solved together round as one, so a row among others differs in the last digits.
        foreach (var (id, factors) in FactorsOf(ids, solved.ToArray()))
            if (changed.Contains(id)) Assert.That(Of(updated, side)[id], Is.EqualTo(factors).Within(1e-5f), id);
        var known = side == Side.Users ? users : items;
        Assert.That(
            (counts.Recomputed, counts.Added, counts.UnknownPlays),
            Is.EqualTo(
                (changed.Count(known.Contains), changed.Except(known).Count(), (long)cells.Count - fresh.Count)));

        string RowOf((string User, string Item) pair) => side == Side.Users ? pair.User : pair.Item;

        string[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => $"{random.Next():x8}")];

        string[] Some(string[] ids, string added) =>
            [.. ids.Where((_, index) => index == 0 || random.Next(2) == 0), added];

        Dictionary<(int Row, int Column), float> Cells(int rows, int columns, double density) =>
            (from row in Enumerable.Range(0, rows)
             from column in Enumerable.Range(0, columns)
             where random.NextDouble() < density
             select (row, column)).ToDictionary(cell => cell, _ => (float)(random.Next(2) == 0 ? 1 : -1)
                 * (random.Next(3) + 1));

        float[] Factors(int rows) => [.. Enumerable.Range(0, rows * 3).Select(_ => random.NextSingle() - 0.3f)];
    }

    [Test]
    public async Task Update_NewPlays_AreInTheModelThatIsWritten()
    {
        var folder = await TrainAsync("model", []);
        var before = Directory.GetFiles(folder).ToDictionary(file => file, File.ReadAllBytes);
        var old = await ModelReader.ReadAsync(folder);
        var (known, item) = (old.Users.Format(3), old.Items.Format(5));
        var file = Write("new.csv", $"zoe,{item},3", $"{known},{item},2", $"{known},unheard,1", "max,unheard,1");

        var run = await Tool.SucceedAsync(
            "update", folder, "--plays", file, "--output", Folder.At("model2"), "--device", "cpu");

        Assert.That(run.Error, Does.Contain("recomputed 1 user and added 1 new user; wrote the model to"));
        Assert.That(run.Error, Does.Contain(
            "2 plays were left out: the model does not have 1 item of them; 1 user has no other plays and is left "
            + "out too."));
        foreach (var (path, bytes) in before) Assert.That(File.ReadAllBytes(path), Is.EqualTo(bytes), path);
        await Tool.SucceedAsync("model", "verify", Folder.At("model2"));
        var model = await ModelReader.ReadAsync(Folder.At("model2"));
        Assert.That(model.Users.TryFind("zoe", out var zoe) && zoe == old.Users.Count);
        Assert.That(model.Users.TryFind("max", out _), Is.False);
        Assert.That(model.Manifest!.Data.Users, Is.EqualTo(old.Users.Count + 1));
        Assert.That(model.Manifest.Updates!.Single().Added, Is.EqualTo(1));
        for (var user = 0; user < 3; user++)
            Assert.That(model.UserFactors[user].ToArray(), Is.EqualTo(old.UserFactors[user].ToArray()));
        Assert.That(model.ItemFactors.ToArray(), Is.EqualTo(old.ItemFactors.ToArray()));
        var list = (await Tool.SucceedAsync("recommend", Folder.At("model2"), "--user", "zoe", "--device", "cpu")).Out;
        var folded = await Tool.SucceedAsync(
            "recommend", folder, "--plays", file, "--user", "zoe", "--device", "cpu");
        Assert.That(list, Is.EqualTo(folded.Out));
        Assert.That(
            (await Tool.SucceedAsync("model", "info", Folder.At("model2"))).Out,
            Does.Contain("1 users recomputed and 1 added, from"));
    }

    [Test]
    public async Task Update_OfItsOwnFolder_TakesOverwriteAndKeepsTheHistory()
    {
        var folder = await TrainAsync("own", []);
        var item = (await ModelReader.ReadAsync(folder)).Items.Format(0);
        string[] update =
            ["update", folder, "--plays", Write("own.csv", $"ann,{item},1"), "-o", folder, "--device", "cpu"];

        Assert.That((await Tool.RunAsync(update)).ExitCode, Is.EqualTo(5));
        await Tool.SucceedAsync([.. update, "--overwrite"]);
        await Tool.SucceedAsync([.. update, "--overwrite"]);

        var model = await ModelReader.ReadAsync(folder);
        Assert.That(model.Manifest!.Updates!.Select(one => one.Added), Is.EqualTo(new[] { 1, 0 }));
        Assert.That(model.Users.TryFind("ann", out var ann) && model.Plays.RowValues(ann).ToArray() is [2]);
    }

    [TestCase("a,b,1", "none of the 1 item in the plays is in the model")]
    public async Task Update_PlaysThatDoNotFit_AreRefused(string row, string message)
    {
        var folder = await TrainAsync("refused", []);

        var run = await Tool.RunAsync(
            "update", folder, "--plays", Write("other.csv", row), "-o", Folder.At("none"), "--device", "cpu");

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain(message));
        Assert.That(Directory.Exists(Folder.At("none")), Is.False);
    }

    [Test]
    public void Update_ModelWithHalfLife_CannotBeAddedTo()
    {
        var model = Aged(asOf: null);
        var plays = new InteractionMatrix(model.Users, model.Items, model.Plays);
        using var engine = new HostEngine();

        Assert.That(
            () => ModelUpdate.Of(model, engine, plays, Side.Users, PlaysCombination.Add),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("--combine replace"));
        ModelUpdate.Of(model, engine, plays, Side.Users, PlaysCombination.Replace);
        ModelUpdate.Of(Aged(DateTimeOffset.UnixEpoch), engine, plays, Side.Users, PlaysCombination.Add);

        static FactorModel Aged(DateTimeOffset? asOf) => FactorArrays.Model(
            new IdIndex<int>([1]), new IdIndex<int>([2]), new CsrMatrix(1, [0, 1], [0], [1]),
            AlsOptions.Default with { Rank = 1, HalfLife = 30, AsOf = asOf }, [1], [1]);
    }

    [Test]
    public void Update_WeightsThatFp32CannotHold_AreNamed()
    {
        var model = FactorArrays.Model(
            new IdIndex<int>([1]), new IdIndex<int>([2]), new CsrMatrix(1, [0, 1], [0], [float.MaxValue]),
            AlsOptions.Default with { Rank = 1 }, [1], [1]);
        using var engine = new HostEngine();

        Assert.That(
            () => ModelUpdate.Of(
                model, engine, new InteractionMatrix(model.Users, model.Items, model.Plays), Side.Users,
                PlaysCombination.Add),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("the weights of '1' and '2' add up to more than"));
    }

    [Test]
    public void GrownIds_KeepTheirTypeOrWiden()
    {
        Assert.That(GrownIds.Of(new IdIndex<int>([7]), ["8"], "user").Type, Is.EqualTo(IdType.Integer32));
        var wide = GrownIds.Of(new IdIndex<int>([7]), ["8", "5000000000"], "user");
        Assert.That(((IdIndex<long>)wide).Ids.ToArray(), Is.EqualTo(new[] { 7, 8, 5_000_000_000 }));
        Assert.That(GrownIds.Of(new IdIndex<string>(["a"]), ["8"], "user").Format(1), Is.EqualTo("8"));
        var uuid = Guid.NewGuid();
        Assert.That(GrownIds.Of(new IdIndex<Guid>([default]), [$"{uuid}"], "user").TryFind($"{uuid}", out _));
        Assert.That(
            GrownIds.Of(new IdIndex<ulong>([1]), ["18446744073709551615"], "user").Type,
            Is.EqualTo(IdType.UnsignedInteger64));
        foreach (var other in new[] { "zoe", "007", "+8", " 8", "9223372036854775808" })
            Assert.That(
                () => GrownIds.Of(new IdIndex<int>([7]), ["8", other], "user"),
                Throws.TypeOf<GpuAlsException>().With.Message.Contains(
                    $"type int32, and the plays have the new user '{other}'"));
    }

    private static CsrMatrix Csr(int rows, int columns, Dictionary<(int Row, int Column), float> cells) =>
        CsrBuilder.FromCoordinates(
            rows, columns, [.. cells.Keys.Select(cell => cell.Row)], [.. cells.Keys.Select(cell => cell.Column)],
            [.. cells.Values]);

    private static Dictionary<(string User, string Item), float> PlaysOf(FactorModel model) =>
        (from user in Enumerable.Range(0, model.Users.Count)
         from entry in Enumerable.Range((int)model.Plays.Indptr[user], model.Plays.RowLength(user))
         select (User: model.Users.Format(user), Item: model.Items.Format(model.Plays.Indices[entry]),
             Value: model.Plays.Values[entry])).ToDictionary(play => (play.User, play.Item), play => play.Value);

    private static Dictionary<string, float[]> Of(FactorModel model, Side side) => side == Side.Users
        ? FactorsOf(model.Users, model.UserFactors.ToArray())
        : FactorsOf(model.Items, model.ItemFactors.ToArray());

    private static Dictionary<string, float[]> FactorsOf(IdIndex ids, float[] factors) =>
        factors.Chunk(factors.Length / ids.Count).Index().ToDictionary(row => ids.Format(row.Index), row => row.Item);

    private string Write(string name, params string[] rows)
    {
        File.WriteAllLines(Folder.At(name), ["user,item,plays", .. rows]);
        return Folder.At(name);
    }

    private async Task<string> UpdateAsync(string folder, string name, params string[] options)
    {
        await Tool.SucceedAsync(
            ["update", folder, "--output", Folder.At(name), "--overwrite", "--device", "cpu", .. options]);
        return Folder.At(name);
    }

    private async Task<string> TrainAsync(string name, string[] options)
    {
        await Tool.SucceedAsync(
            [
                "train", PlaysFile, "--weight-column", "plays", "--output", Folder.At(name), "--overwrite",
                "--device", "cpu", "--iterations", "3", "--rank", "6", .. options,
            ]);
        return Folder.At(name);
    }
}
