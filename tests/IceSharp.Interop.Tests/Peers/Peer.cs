namespace IceSharp.Interop.Tests.Peers;

/// <summary>Something from outside the project that a test runs against, and how to find out whether it is here.</summary>
/// <param name="Name">The name tests ask for.</param>
/// <param name="FindObstacle">Says why the peer cannot be used on this machine, or null when it can.</param>
internal sealed record Peer(string Name, Func<string?> FindObstacle);
