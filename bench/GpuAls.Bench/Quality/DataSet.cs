using System.CommandLine;

namespace GpuAls.Bench.Quality;

/// <summary>Plays of a public data set, which are not part of the project.</summary>
/// <param name="Name">Name in tables and on the command line.</param>
/// <param name="Files">Its files, in the folder of the data.</param>
/// <param name="Schema">Their columns; null for lists of items, a line for each user.</param>
internal sealed record DataSet(string Name, IReadOnlyList<string> Files, InteractionSchema? Schema)
{
    private const string CiteULikeTrain = "citeulike-a-cvae/cf-train-10-users.dat";

    /// <summary>Last.fm of HetRec 2011 with its play counts.</summary>
    public static DataSet HetRec { get; } = new(
        "hetrec", ["hetrec2011-lastfm-2k/user_artists.dat"],
        new InteractionSchema { UserColumn = "userID", ItemColumn = "artistID", WeightColumn = "weight" });

    /// <summary>CiteULike-a.</summary>
    public static DataSet CiteULike { get; } =
        new("citeulike", [CiteULikeTrain, "citeulike-a-cvae/cf-test-10-users.dat"], null);

    /// <summary>CiteULike-a with ten articles per user.</summary>
    public static DataSet CiteULikeOfTen { get; } = new("citeulike", [CiteULikeTrain], null);

    /// <summary>MovieLens ml-latest-small with its ratings as weights.</summary>
    public static DataSet MovieLens { get; } = new(
        "movielens", ["ml-latest-small/ratings.csv"],
        new InteractionSchema { UserColumn = "userId", ItemColumn = "movieId", WeightColumn = "rating" });

    /// <summary>The option for the folder of the data.</summary>
    public static Option<string> FolderOption(string description) =>
        new("--data") { Description = description, Required = true, HelpName = "DIR" };

    /// <summary>All plays of the set.</summary>
    /// <param name="data">Folder of the data sets.</param>
    /// <param name="folder">A folder for files in between.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: a file is absent, or is not of the set.</exception>
    public async Task<InteractionMatrix> LoadAsync(string data, string folder, CancellationToken cancellation)
    {
        if (Schema is not null)
            return (await Plays.ReadAsync(Path.Combine(data, Files[0]), Schema, null, cancellation)
                .ConfigureAwait(false)).Matrix;
        var parts = Directory.CreateDirectory(Path.Combine(folder, $"{Name}-{Files.Count}")).FullName;
        foreach (var file in Files)
            ItemLists.Convert(
                Path.Combine(data, file), LineForm.UserIsTheLine,
                Path.Combine(parts, Path.GetFileNameWithoutExtension(file) + ".csv"));
        return (await Plays.ReadAsync(parts, new InteractionSchema(), null, cancellation).ConfigureAwait(false)).Matrix;
    }

    /// <summary>Runs what needs a folder for files in between, and removes it.</summary>
    /// <returns>The exit code: 0, or that of the failure that was printed.</returns>
    public static async Task<int> InFolderAsync(Func<string, Task> work)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await work(folder.FullName).ConfigureAwait(false);
            return 0;
        }
        catch (GpuAlsException failure)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return (int)failure.Kind;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
