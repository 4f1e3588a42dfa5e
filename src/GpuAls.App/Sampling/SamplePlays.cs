namespace GpuAls.App;

/// <summary>
/// Made-up plays with planted tastes: artists have a genre and a power-law popularity; a listener has a first and a
/// second genre, and now and then plays what everybody plays. What a good recommender should find is known.
/// </summary>
internal sealed class SamplePlays
{
    private const double PopularityExponent = 0.8;
    private const int PopularityShift = 5;
    private const double FirstTasteShare = 0.7;
    private const double SecondTasteShare = 0.2;
    private const int MaximumTries = 16;
    private const double CountExponent = 1.3;
    private const int MaximumCount = 5_000;

    private readonly SampleOptions _options;
    private readonly int[] _tasteOfItem;
    private readonly WeightedDraw[] _byTaste;
    private readonly WeightedDraw _all;

    /// <param name="options">The sizes and the seed.</param>
    /// <exception cref="GpuAlsException">Kind Usage: the sizes do not fit each other.</exception>
    public SamplePlays(SampleOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _tasteOfItem = Enumerable.Range(0, options.Items).Select(item => item % Taste.All.Count).ToArray();
        SeededRandom.Of(options.Seed, 1).Shuffle<int>(_tasteOfItem);
        var items = Enumerable.Range(0, options.Items).ToArray();
        _all = new WeightedDraw(items, Popularity);
        var groups = items.GroupBy(item => _tasteOfItem[item]).OrderBy(group => group.Key);
        _byTaste = [.. groups.Select(group => new WeightedDraw([.. group], Popularity))];
    }

    /// <summary>The names of all artists, by index.</summary>
    public string[] ItemNames()
    {
        var ordinals = new int[Taste.All.Count];
        return Array.ConvertAll(_tasteOfItem, taste => Taste.All[taste].ArtistName(ordinals[taste]++));
    }

    /// <summary>The name of a listener.</summary>
    public static string UserName(int user) => ListenerNames.Of(user);

    /// <summary>The history of each listener, in the order of the listeners.</summary>
    public IEnumerable<SampleHistory> Histories()
    {
        var lengths = HistoryLengths.Create(_options);
        var lastUser = new int[_options.Items];
        Array.Fill(lastUser, -1);
        for (var user = 0; user < lengths.Length; user++) yield return History(user, lengths[user], lastUser);
    }

    private static double Popularity(int item) => Math.Pow(item + PopularityShift, -PopularityExponent);

    /// <param name="user">The listener.</param>
    /// <param name="length">Number of artists.</param>
    /// <param name="lastUser">[items], the last listener who took an artist: what is taken is not drawn again.</param>
    private SampleHistory History(int user, int length, int[] lastUser)
    {
        var random = SeededRandom.Of(_options.Seed, (ulong)user + 2);
        var first = random.Next(_byTaste.Length);
        var second = random.Next(_byTaste.Length);
        var items = new int[length];
        var counts = new int[length];
        for (var i = 0; i < length; i++)
        {
            items[i] = DrawNew(user, first, second, lastUser, ref random);
            lastUser[items[i]] = user;
            counts[i] = Count(_tasteOfItem[items[i]] == first, ref random);
        }

        return new SampleHistory(user, items, counts);
    }

    private int DrawNew(int user, int first, int second, int[] lastUser, ref SeededRandom random)
    {
        var item = 0;
        for (var tries = 0; tries < MaximumTries; tries++)
        {
            var choice = random.NextDouble();
            var draw = choice < FirstTasteShare ? _byTaste[first]
                : choice < FirstTasteShare + SecondTasteShare ? _byTaste[second]
                : _all;
            item = draw.Draw(ref random);
            if (lastUser[item] != user) return item;
        }

        // The listener knows nearly all of these genres: take the next artist.
        while (lastUser[item] == user) item = (item + 1) % lastUser.Length;
        return item;
    }

    private static int Count(bool isFirstTaste, ref SeededRandom random)
    {
        var count = Math.Pow(1 - random.NextDouble(), -1 / CountExponent) * (isFirstTaste ? 3 : 1);
        return (int)Math.Min(count, MaximumCount);
    }
}

/// <summary>What one made-up listener plays.</summary>
/// <param name="User">Index of the listener.</param>
/// <param name="Items">Indices of different artists.</param>
/// <param name="Counts">How often each was played, at least 1.</param>
internal sealed record SampleHistory(int User, int[] Items, int[] Counts);
