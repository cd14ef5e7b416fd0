using IceSharp.Interop.Tests.Namespaces;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Two running peers and the lines to each; both end with it.</summary>
internal sealed class PeerPair : IAsyncDisposable
{
    private readonly string _what;

    private PeerPair(string what, PeerProcess left, PeerProcess right)
    {
        _what = what;
        Left = left;
        Right = right;
        ToLeft = new LinePump(left);
        ToRight = new LinePump(right);
    }

    /// <summary>Our side.</summary>
    public PeerProcess Left { get; }

    /// <summary>The other side.</summary>
    public PeerProcess Right { get; }

    public LinePump ToLeft { get; }

    public LinePump ToRight { get; }

    /// <summary>Starts both.</summary>
    /// <param name="what">What runs, for failure messages.</param>
    /// <param name="left">Program, arguments and home of our side.</param>
    /// <param name="right">Those of the other side.</param>
    /// <param name="lifetime">How long they run at most.</param>
    public static async Task<PeerPair> StartAsync(
        string what,
        (PeerProgram Program, IEnumerable<string> Arguments, NetworkNamespace Home) left,
        (PeerProgram Program, IEnumerable<string> Arguments, NetworkNamespace Home) right,
        TimeSpan lifetime)
    {
        PeerProcess first = await PeerProcess.StartAsync(left.Program, left.Arguments, left.Home, lifetime);
        try
        {
            return new PeerPair(what, first, await PeerProcess.StartAsync(right.Program, right.Arguments, right.Home, lifetime));
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
    }

    /// <summary>A failure that shows what both sides wrote.</summary>
    public InvalidOperationException Explain(Exception failure) => new(
        $"{_what}: {failure.Message}{Environment.NewLine}--- {Left.Name}:{Environment.NewLine}{Left.Output}{Environment.NewLine}--- {Right.Name}:{Environment.NewLine}{Right.Output}",
        failure);

    public async ValueTask DisposeAsync()
    {
        ToLeft.Write("close");
        ToRight.Write("close");
        await ToLeft.DisposeAsync();
        await ToRight.DisposeAsync();
        await Left.DisposeAsync();
        await Right.DisposeAsync();
    }
}
