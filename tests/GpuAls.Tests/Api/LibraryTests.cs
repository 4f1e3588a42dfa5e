namespace GpuAls.Tests.Api;

/// <summary>What a program does with the library: train, save, load, list, measure.</summary>
public sealed class LibraryTests
{
    private static readonly AlsOptions Options = new() { Rank = 4, Iterations = 3 };

    private TempFolder _folder = null!;
    private Engine _engine = null!;

    [SetUp]
    public void Open() => (_folder, _engine) = (new TempFolder(), Engine.Create(Device.Cpu));

    [TearDown]
    public void Close()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task SavedModel_Loaded_GivesTheSameLists()
    {
        var model = await FitAsync(Made());
        await model.SaveAsync(_folder.At("model"));

        var loaded = await FactorModel.LoadAsync(_folder.At("model"));

        Assert.That(loaded.Options, Is.EqualTo(Options));
        Assert.That(loaded.ItemFactors.ToArray(), Is.EqualTo(model.ItemFactors.ToArray()));
        Assert.That(Lists(loaded), Is.EqualTo(Lists(model)));
        Assert.That(File.Exists(_folder.At("model", "_SUCCESS")));
    }

    [Test]
    public async Task SavedModel_IsThatOfTheCommandLine()
    {
        var plays = Made();
        var rows = from user in Enumerable.Range(0, plays.Users.Count)
                   from item in plays.Matrix.ByUser.RowIndices(user).ToArray()
                   select $"{plays.Users.Format(user)},{plays.Items.Format(item)}";
        await File.WriteAllLinesAsync(_folder.At("plays.csv"), rows.Prepend("user,item"));
        await Cli.Tool.SucceedAsync(
            "train", _folder.At("plays.csv"), "--output", _folder
                .At("tool"), "--rank", "4", "--iterations", "3", "--device", "cpu");

        await (await FitAsync(await Plays.ReadAsync(_folder.At("plays.csv")))).SaveAsync(_folder.At("library"));

        foreach (var file in ModelFiles.Checksummed)
            Assert.That(
                File.ReadAllBytes(_folder.At("library", file)), Is
                    .EqualTo(File.ReadAllBytes(_folder.At("tool", file))), file);
        await Cli.Tool.SucceedAsync("recommend", _folder.At("library"), "--user", "3", "--device", "cpu");
    }

    [TestCase(Side.Users, PlaysCombination.Add)]
    [TestCase(Side.Items, PlaysCombination.Replace)]
    public async Task Update_IsThatOfTheCommandLine(Side side, PlaysCombination combination)
    {
        var model = await FitAsync(Made());
        await model.SaveAsync(_folder.At("model"));
        await File.WriteAllLinesAsync(
            _folder.At("new.csv"), ["user,item", "1,i2", "1,i3", side == Side.Users ? "1000,i2" : "2,i1000"]);
        await Cli.Tool.SucceedAsync(
            "update", _folder.At("model"), "--plays", _folder.At("new.csv"), "--output", _folder.At("tool"),
            "--side", $"{side}".ToLowerInvariant(), "--combine", $"{combination}".ToLowerInvariant(),
            "--device", "cpu");

        var updated = model.Update(_engine, await Plays.ReadAsync(_folder.At("new.csv")), side, combination);
        await updated.SaveAsync(_folder.At("library"));

        foreach (var file in ModelFiles.Checksummed)
            Assert.That(
                File.ReadAllBytes(_folder.At("library", file)),
                Is.EqualTo(File.ReadAllBytes(_folder.At("tool", file))), file);
        var update = (await FactorModel.LoadAsync(_folder.At("library"))).Manifest!.Updates!.Single();
        Assert.That((update.Side, update.Combine, update.Added), Is.EqualTo((side, combination, 1)));
        Assert.That(update.Locations, Is.EqualTo(new[] { _folder.At("new.csv") }));
    }

    [Test]
    public async Task Explain_ContributionsAndRest_SumToTheScore()
    {
        var model = await FitAsync(Made());
        var list = model.Recommend(_engine, ["3"], top: 1).Single();

        var explanation = model.Explain(_engine, "3", list.Items[0].Item);

        Assert.That(explanation.Score, Is.EqualTo(list.Items[0].Score).Within(1e-6));
        Assert.That(
            explanation.Plays.Sum(play => play.Contribution) + explanation.Rest,
            Is.EqualTo(explanation.Score).Within(1e-12));
        Assert.That(explanation.Plays.Select(play => play.Contribution), Is.Ordered.Descending);
        Assert.That(model.Users.TryFind("3", out var user), Is.True);
        Assert.That(
            explanation.Plays.Select(play => play.Item),
            Is.EquivalentTo(model.Plays.RowIndices(user).ToArray().Select(model.Items.Format)));
        Assert.That(
            Assert.Throws<GpuAlsException>(() => model.Explain(_engine, "3", "no such item")).Message,
            Is.EqualTo("the model has no item 'no such item'."));
    }

    [Test]
    public async Task SaveAsync_LoadedModel_CanBeSavedAgain()
    {
        await (await FitAsync(Made())).SaveAsync(_folder.At("model"));
        var loaded = await FactorModel.LoadAsync(_folder.At("model"));

        Assert.That(
            () => loaded.SaveAsync(_folder.At("model")),
            Throws.TypeOf<GpuAlsException>().With.Property(nameof(GpuAlsException.Kind)).EqualTo(FailureKind.Output));
        await loaded.SaveAsync(_folder.At("model"), overwrite: true);

        Assert.That(Lists(await FactorModel.LoadAsync(_folder.At("model"))), Is.EqualTo(Lists(loaded)));
    }

    [Test]
    public async Task Recommend_SomeUsers_GivesTheirListsInOrder()
    {
        var model = await FitAsync(Made());
        var all = Lists(model);

        string[] lists = [.. model.Recommend(_engine, ["7", "3"], top: 2).Select(list => list.ToString())];

        Assert.That(
            lists,
            Is.EqualTo(new[] { all.Single(list => list.StartsWith("7:")), all.Single(list => list.StartsWith("3:")) }));
        Assert.That(
            () => model.Recommend(_engine, ["nobody"]),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("no user 'nobody'"));
        Assert.That(() => model.Recommend(_engine, ["7"], top: 0), Throws.TypeOf<GpuAlsException>());
    }

    [Test]
    public async Task Recommend_UnderRules_KeepsTheOrderOfWhatIsLeft()
    {
        var model = await FitAsync(Made());
        string[] all =
            [.. model.Recommend(_engine, ["7"], top: 30).Single().Items.Select(listed => listed.Item)];

        string[] Under(RecommendationRules rules) =>
            [.. model.Recommend(_engine, ["7"], rules with { Top = 30 }).Single().Items.Select(item => item.Item)];

        Assert.That(Under(new() { OnlyItems = [all[2], all[0], "nothing"] }), Is.EqualTo(new[] { all[0], all[2] }));
        Assert.That(Under(new() { ExcludedItems = [all[0]] }), Is.EqualTo(all[1..]));
        Assert.That(
            Under(new() { ExcludedPairs = [("7", all[1]), ("3", all[0]), ("nobody", all[0])] }),
            Is.EqualTo(all.Where((_, rank) => rank != 1)));
        Assert.That(
            Under(new() { ItemGroups = all[..2].ToDictionary(item => item, _ => "same"), MaxPerGroup = 1 }),
            Is.EqualTo(all.Where((_, rank) => rank != 1)));
        Assert.That(Under(new() { Diversity = 1 }), Is.EquivalentTo(all));
        Assert.That(Under(new() { MinScore = 1e6f }), Is.Empty);
        Assert.That(
            () => model.RecommendForAll(_engine, new RecommendationRules { Diversity = 2 }),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("0 to 1"));
    }

    [Test]
    public async Task FindUsers_OfAnItem_HasTheScoresOfTheUsersLists()
    {
        var model = await FitAsync(Made());
        var item = model.Items.Format(0);

        var audience = model.FindUsers(_engine, [item], top: 100, includePlayed: true).Single();

        var scores = model.RecommendForAll(_engine, top: 100, includePlayed: true)
            .ToDictionary(list => list.User, list => list.Items.Single(listed => listed.Item == item).Score);
        Assert.That(audience.Users.Select(user => user.User), Is.EquivalentTo(scores.Keys));
        Assert.That(audience.Users.Select(user => user.Score), Is.Ordered.Descending);
        foreach (var user in audience.Users) Assert.That(user.Score, Is.EqualTo(scores[user.User]).Within(1e-6));
    }

    [Test]
    public async Task FindSimilar_ToAnItem_ListsAllOthers()
    {
        var model = await FitAsync(Made());
        var ids = Enumerable.Range(0, model.Items.Count).Select(model.Items.Format).ToArray();

        var similar = model.FindSimilar(_engine, [ids[1]], top: 100).Single();

        Assert.That(similar.Item, Is.EqualTo(ids[1]));
        Assert.That(similar.Items.Select(listed => listed.Item), Is.EquivalentTo(ids.Where(id => id != ids[1])));
        Assert.That(similar.Items.Select(listed => listed.Score), Is.Ordered.Descending);
    }

    [Test]
    public async Task WriteRecommendations_ToCsv_AreTheListsOfAll()
    {
        var model = await FitAsync(Made());

        await model.WriteRecommendationsAsync(_engine, _folder.At("lists.csv"), top: 2);

        var lines = File.ReadAllLines(_folder.At("lists.csv")).Skip(1).Select(line => line.Split(','));
        var lists = lines.GroupBy(line => line[0])
            .Select(list => $"{list.Key}: {string.Join(", ", list.Select(line => line[1]))}");
        Assert.That(lists, Is.EqualTo(Lists(model)));
    }

    [Test]
    public async Task Evaluate_HeldOutPlays_IsWhatTheCommandLineMeasures()
    {
        var (train, test) = Made().HoldOut();
        var model = await FitAsync(train);

        var metrics = model.Evaluate(
            _engine, test, new EvaluationOptions { Cutoffs = [3] }, new BootstrapOptions { Resamples = 100 });

        var precision = metrics.Single(value => value.Metric.ToString() == "precision@3");
        Assert.That(precision.Value, Is.InRange(0.2, 1));
        Assert.That(precision.Low, Is.LessThan(precision.Value));
        Assert.That(precision.High, Is.GreaterThan(precision.Value));
    }

    [Test]
    public void FitAsync_Cancelled_Stops() => Assert.That(
        () => new AlsTrainer(_engine, Options).FitAsync(Made(), cancellation: new CancellationToken(canceled: true)),
        Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void FitAsync_OtherFeedback_IsRefused() => Assert.That(
        () => new AlsTrainer(_engine, Options with { Feedback = Feedback.Explicit }).FitAsync(Made()),
        Throws.TypeOf<GpuAlsException>().With.Message
            .Contains("the plays are implicit feedback, the options explicit"));

    [Test]
    public async Task FitAsync_Progress_IsToldEachIteration()
    {
        var told = new List<int>();

        await new AlsTrainer(_engine, Options).FitAsync(Made(), new Relay(report => told.Add(report.Iteration)));

        Assert.That(told, Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void Device_Parse_IsTheSameDevice() => Assert.That(Device.Parse("cuda:2"), Is.EqualTo(Device.Cuda(2)));

    [Test]
    public void Engine_Cpu_SaysWhatItIs() =>
        Assert.That((_engine.Device, _engine.ToString()), Is.EqualTo(("cpu", $"cpu ({_engine.Name})")));

    private static Plays Made() => Plays.From(
        from user in Enumerable.Range(0, 40)
        from item in Enumerable.Range(0, 30)
        where (user + item) % 3 == 0 || (user * item) % 7 == 1
        select ($"{user}", $"i{item}"));

    private Task<FactorModel> FitAsync(Plays plays) => new AlsTrainer(_engine, Options).FitAsync(plays);

    private string[] Lists(FactorModel model) =>
        [.. model.RecommendForAll(_engine, top: 2).Select(list => list.ToString())];

    private sealed class Relay(Action<IterationReport> tell) : IProgress<IterationReport>
    {
        public void Report(IterationReport value) => tell(value);
    }
}
