using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls.App;

/// <summary>Whose lists a page shows, and what these users played.</summary>
internal static class SampleLists
{
    /// <summary>Items of a list that a page shows at most.</summary>
    public const int Length = 10;

    private const int UserCount = 5;

    /// <summary>Some users with a play above 0, or a rating, from the most active to the least.</summary>
    /// <param name="plays">[users, items].</param>
    /// <param name="feedback">What the values are.</param>
    /// <param name="candidates">Users to choose from; all by default.</param>
    public static int[] ChooseUsers(
        CsrMatrix plays, Feedback feedback = Feedback.Implicit, IEnumerable<int>? candidates = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return Spread(WithLikes(plays, feedback, candidates ?? Enumerable.Range(0, plays.RowCount)), plays.RowLength);
    }

    /// <summary>The lists of users whom processes choose together, the same as one process chooses.</summary>
    /// <param name="group">The processes; all of them call it.</param>
    /// <param name="plays">What was trained on: the plays of the users that this process owns.</param>
    /// <param name="lengths">[users], the plays of each, whichever process has them.</param>
    /// <param name="candidates">Users that this process owns, rising, to choose from.</param>
    /// <param name="make">Makes the lists of some of them.</param>
    /// <returns>The lists of all, from the most active user to the least, on each process.</returns>
    public static IReadOnlyList<SampleList> Of(
        IProcessGroup group, InteractionMatrix plays, int[] lengths, IEnumerable<int> candidates,
        Func<int[], IEnumerable<SampleList>> make)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(make);
        int[] own = [.. WithLikes(plays.ByUser, plays.Feedback, candidates)];
        var chosen = Spread(group.AllGather<int>(own, out _), user => lengths[user]);
        SampleList[] lists = [.. make([.. chosen.Intersect(own)])];
        if (group.Size == 1) return lists;
        var json = JsonSerializer.SerializeToUtf8Bytes(lists, SampleJson.Default.SampleListArray);
        var all = group.AllGather<byte>(json, out var counts);
        var order = chosen.Select(plays.Users.Format).ToList();
        var starts = ProcessGroupExtensions.Starts(counts);
        return
        [
            .. Enumerable.Range(0, group.Size)
                .SelectMany(process => JsonSerializer.Deserialize(
                    all.AsSpan((int)starts[process], (int)counts[process]), SampleJson.Default.SampleListArray)!)
                .OrderBy(list => order.IndexOf(list.User)),
        ];
    }

    private static IEnumerable<int> WithLikes(CsrMatrix plays, Feedback feedback, IEnumerable<int> users) =>
        users.Where(user => Likes.Any(plays.RowValues(user), feedback));

    /// <summary>A few users, from the most active to the least.</summary>
    private static int[] Spread(IEnumerable<int> candidates, Func<int, int> length)
    {
        var users = candidates.OrderByDescending(length).ToArray();
        return users.Length <= UserCount
            ? users
            : [
                .. Enumerable.Range(0, UserCount).Select(
                    i => users[(int)((long)i * (users.Length - 1) / (UserCount - 1))]),
            ];
    }

    /// <summary>The list of a user, with what the user played.</summary>
    /// <param name="plays">What was trained on.</param>
    /// <param name="user">The user's index.</param>
    /// <param name="items">[k], the list, best first; -1 where it has ended.</param>
    /// <param name="scores">[k].</param>
    /// <param name="heldOut">[held out], indices of items; null where none were.</param>
    public static SampleList Of(
        InteractionMatrix plays, int user, ReadOnlySpan<int> items, ReadOnlySpan<float> scores,
        IEnumerable<int>? heldOut = null)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return new SampleList(
            plays.Users.Format(user), plays.ByUser.RowLength(user), MostPlayed(plays, user),
            Listed(plays.Items, items, scores), heldOut?.Select(plays.Items.Format).ToHashSet())
        {
            Feedback = plays.Feedback,
        };
    }

    /// <summary>The lists of a batch.</summary>
    /// <param name="plays">What was trained on.</param>
    /// <param name="batch">The lists.</param>
    public static IEnumerable<SampleList> Of(InteractionMatrix plays, RecommendationBatch batch)
    {
        ArgumentNullException.ThrowIfNull(plays);
        ArgumentNullException.ThrowIfNull(batch);
        return batch.UserIndices.Select(
            (user, list) =>
                Of(
                    plays, user, batch.ItemIndices.AsSpan(list * batch.K, batch.K),
                    batch.Scores.AsSpan(list * batch.K, batch.K)));
    }

    private static List<SampleItem> MostPlayed(InteractionMatrix plays, int user)
    {
        var (items, values) = (plays.ByUser.RowIndices(user).ToArray(), plays.ByUser.RowValues(user).ToArray());
        return [
            .. items.Zip(values)
                .OrderByDescending(play => play.Second)
                .Take(Length)
                .Select(play => new SampleItem(plays.Items.Format(play.First), play.Second)),
        ];
    }

    private static List<SampleItem> Listed(IdIndex ids, ReadOnlySpan<int> items, ReadOnlySpan<float> scores)
    {
        var listed = new List<SampleItem>();
        for (var rank = 0; rank < Math.Min(items.Length, Length) && items[rank] >= 0; rank++)
            listed.Add(new SampleItem(ids.Format(items[rank]), scores[rank]));
        return listed;
    }
}

/// <summary>What a user played, and what is recommended.</summary>
/// <param name="User">The id, as it came in.</param>
/// <param name="PlayCount">Items that the user played.</param>
/// <param name="Played">Those played most, with their plays.</param>
/// <param name="Recommended">The list, best first, with the scores.</param>
/// <param name="HeldOut">The items held out; null where none were.</param>
internal sealed record SampleList(
    string User, int PlayCount, IReadOnlyList<SampleItem> Played, IReadOnlyList<SampleItem> Recommended,
    HashSet<string>? HeldOut = null)
{
    /// <summary>What the plays are.</summary>
    public Feedback Feedback { get; init; }
}

/// <summary>An item of a list.</summary>
/// <param name="Id">The id, as it came in.</param>
/// <param name="Value">Plays, or a score.</param>
internal sealed record SampleItem(string Id, float Value);

[JsonSerializable(typeof(SampleList[]))]
internal sealed partial class SampleJson : JsonSerializerContext;
