from ._auction_result import AuctionResult
from ._budget_clock import BudgetClock, budget_clock, budget_ratio
from ._check_truthful import check_truthful
from ._descending_clock import DescendingClock, descending_clock
from ._hiring import HiringContract, best_contract
from ._hiring_online import OnlineContracts
from ._line_axioms import AxiomWitness, LineAxioms, check_line_axioms
from ._line_facility import (
    average_of_phantoms,
    median,
    phantom_median,
    random_rank,
    uniform_phantom,
)
from ._persuasion import Persuasion, SignalingMenu
from ._persuasion_online import OnlineMenus
from ._persuasion_partial import OnlineSchemes
from ._posted_prices import PostedPrices, posted_prices
from ._procurement_auction import procurement_auction
from ._truthful_agents import COMMUTERS, SELLERS, Agents
from ._truthful_report import Finding, TruthfulnessReport

__all__ = [
    "COMMUTERS",
    "SELLERS",
    "Agents",
    "AuctionResult",
    "AxiomWitness",
    "BudgetClock",
    "DescendingClock",
    "Finding",
    "HiringContract",
    "LineAxioms",
    "OnlineContracts",
    "OnlineMenus",
    "OnlineSchemes",
    "Persuasion",
    "PostedPrices",
    "SignalingMenu",
    "TruthfulnessReport",
    "average_of_phantoms",
    "best_contract",
    "budget_clock",
    "budget_ratio",
    "check_line_axioms",
    "check_truthful",
    "descending_clock",
    "median",
    "phantom_median",
    "posted_prices",
    "procurement_auction",
    "random_rank",
    "uniform_phantom",
]
