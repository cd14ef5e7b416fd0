using IceSharp.Protocol;

namespace IceSharp.Tests;

/// <summary>Agents on loopback, and the way two of them come together.</summary>
internal static class TestAgents
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>One host candidate on 127.0.0.1, and a pacing gate of its own.</summary>
    public static IceAgentOptions Options(bool portable = false) => new()
    {
        AllowLoopback = true,
        AddressFilter = address => address.Address == IpAddress.LoopbackV4,
        SharePacing = false,
        UsePortableSockets = portable,
    };

    public static IceAgent Create(bool portable = false) => new(Options(portable));

    /// <summary>Full gathering on both sides, and each gets the other's description.</summary>
    public static async Task IntroduceAsync(IceAgent offerer, IceAgent answerer)
    {
        using var patience = new CancellationTokenSource(Patience);
        IceDescription offer = await offerer.GatherAllAsync(patience.Token);
        answerer.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()));
        IceDescription answer = await answerer.GatherAllAsync(patience.Token);
        offerer.SetRemoteDescription(IceDescription.Parse(answer.ToSdp()));
    }

    /// <summary>Introduces both and connects the first component on both sides.</summary>
    public static async Task<(IceConnection Left, IceConnection Right)> ConnectAsync(IceAgent offerer, IceAgent answerer)
    {
        using var patience = new CancellationTokenSource(Patience);
        await IntroduceAsync(offerer, answerer);
        Task<IceConnection> left = offerer.ConnectAsync(patience.Token);
        Task<IceConnection> right = answerer.ConnectAsync(patience.Token);
        return (await left, await right);
    }

    /// <summary>Receives one datagram as an array.</summary>
    public static async Task<byte[]> ReceiveAsync(IceConnection connection)
    {
        using var patience = new CancellationTokenSource(Patience);
        byte[] buffer = new byte[65_536];
        int length = await connection.ReceiveAsync(buffer, patience.Token);
        return buffer[..length];
    }
}
