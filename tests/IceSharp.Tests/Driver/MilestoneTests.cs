using IceSharp.Internal.Driver;

namespace IceSharp.Tests.Driver;

public class MilestoneTests
{
    [Fact]
    public async Task Reached_after_being_given_up_it_is_reached_for_those_who_ask_then()
    {
        var milestone = new Milestone<int>();
        Task<int> early = milestone.Task;

        milestone.GiveUp(new IOException("no"));
        milestone.Reach(7);
        milestone.GiveUp(new IOException("too late"));

        await early.Invoking(t => t).Should().ThrowAsync<IOException>();
        (await milestone.Task).Should().Be(7);
    }
}
